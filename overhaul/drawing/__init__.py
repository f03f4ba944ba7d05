"""Where the boxes, lines and cells of a picture stand: numbers, from which templates make SVG and tables."""
