"""The built-in transforms, registered through the same hook as anyone's."""
