"""Teaching helpers of the lecture "Neural networks": what figures, chapters and exercises import."""
