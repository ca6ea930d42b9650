"""Teaching helpers of the lecture "Neural networks": for figures, chapters, exercises."""
