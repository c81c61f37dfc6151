"""`GET /metrics`."""

from fastapi import APIRouter, Request, Response

from service.http.admin import Administrator
from service.http.problems import PROBLEM_RESPONSES
from service.http.state import MetricsState

__all__ = ["router"]

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="What the service counts and times, for Prometheus",
    dependencies=[Administrator],
    response_class=Response,
    responses={
        200: {
            "description": "Metrics in Prometheus's text format, or OpenMetrics where `Accept` prefers it.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **PROBLEM_RESPONSES(401, 403),
    },
)
def metrics(request: Request, metrics: MetricsState) -> Response:
    """Latencies by route and by step, refusals, answers by status and confidence, queues, documents, the process."""
    content, media_type = metrics.written(request.headers.get("accept", ""))
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})
