"""What a learner sees and takes home after a class's lesson."""
