"""Masts × terrain → received power in tiles, and how sure it is that a phone is served there.

``mast`` predicts one mast; ``mosaic`` lays masts over each other tile by tile; ``chance`` says
how likely at least one server is strong enough; ``shares`` counts people, households,
settlements and area; ``judging`` makes verdicts of it beside those of the distance test.
"""
