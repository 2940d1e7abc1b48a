"""Shapes of access: one base class each; a spider declares the rest."""
