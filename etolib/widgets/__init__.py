"""The dashboards and what they are made of; an import says ``etolib[app]`` where the packages of widgets are absent."""

from etolib import extras

extras.check("ipywidgets", "anywidget", extra="app")
