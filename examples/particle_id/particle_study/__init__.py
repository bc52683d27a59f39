"""Five kinds of charged particles in images of their hits: how much of each a sample holds."""
