"""The app's server side: the gate over every path, sign-in, routes for tiles and downloads."""
