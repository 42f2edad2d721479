"""The Frameworks lab: how would I write this?"""
