"""The pages that customers answer on, and the widget: an application of its own, apart from the desk's pages."""
