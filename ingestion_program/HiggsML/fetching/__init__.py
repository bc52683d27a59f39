"""Files from elsewhere: transferred, checked, unpacked."""
