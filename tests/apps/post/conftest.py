from tests.apps.post.servers import moody
from tests.apps.post.stand_in import notify

__all__ = ["moody", "notify"]
