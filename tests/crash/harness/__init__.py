"""What tests of crashes share: runs that die at a chosen moment, and a reader that looks after."""
