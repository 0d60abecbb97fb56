"""Tags and filters of Recinto's pages."""
