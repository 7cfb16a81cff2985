"""The only place that imports Apache Beam: steps, graphs and runners."""
