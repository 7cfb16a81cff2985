from headrace.testing import GraphContract

LOG = """\
2013-01-01T05:15 EWR>IAH UA1545 +11
2013-01-01T05:29 LGA>IAH UA1714 +20
this is no flight
2013-01-01T05:40 JFK>MIA AA1141 +33
2013-01-01T05:44 JFK>BQN B6725 -18
2013-01-01T06:00 LGA>ATL DL461 -25
2013-01-01T06:58 EWR>ORD UA1696 ?
"""
WEATHER = """\
origin,hour,wind
EWR,2013-01-01T05:00,12.7
LGA,2013-01-01T05:00,15.0
JFK,2013-01-01T05:00,15.0
EWR,2013-01-01T06:00,13.8
"""


class TestDelays(GraphContract):
    pipeline = "delays"
    train_params = {"least": 2}

    @classmethod
    def input_files(cls):
        return {"january.txt": LOG.encode(), "february.txt": LOG.replace("-01-", "-02-").encode()}

    @classmethod
    def further_inputs(cls):
        return {"weather": {"weather.csv": WEATHER.encode()}}
