"""What makes a bundle or a submission valid, found without running it."""
