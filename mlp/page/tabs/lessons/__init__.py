"""Lessons: experiments with questions."""
