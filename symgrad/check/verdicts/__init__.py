"""What is found of a document: each claim judged, form alone linted, what follows from a mistake marked."""
