from tests.apps.post.servers import moody

__all__ = ["moody"]
