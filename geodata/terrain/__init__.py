"""The ground and what stands and lives on it, from rasters: heights, land cover, people, profiles.

Paths in, arrays out; no store and no network. A raster's array, transform, CRS, nodata and unit
travel together (``raster.Raster``).
"""
