"""Files as carriers may send them, made up from the sample city's truth by seed."""
