# syncd in a container. Settings are read from /etc/syncd/syncd.toml (mount it) or from
# SYNCD_... variables; its state is in the volume /data. The root may be read-only:
#
#   docker build -t syncd .
#   docker run -d --read-only --tmpfs /tmp -v syncd:/data \
#     -v ./syncd.toml:/etc/syncd/syncd.toml:ro --stop-timeout 45 syncd

FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock ./
# What builds the wheel stays out of what runs; all versions are the lock's.
RUN python -m venv /build \
 && /build/bin/pip install --no-cache-dir --constraint requirements.lock hatchling \
 && python -m venv --without-pip /opt/syncd
COPY pyproject.toml README.md LICENSE ./
COPY syncd ./syncd
COPY connectors ./connectors
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && /build/bin/pip --python /opt/syncd/bin/python install --no-cache-dir \
      --constraint requirements.lock "$(echo /dist/syncd-*.whl)[sandbox]" \
# Google's library brings a description of each of its services; one of them is used.
 && find /opt/syncd -path '*/discovery_cache/documents/*' ! -name 'calendar.v3.json' -delete

FROM python:3.11-slim
RUN echo 'syncd:x:65532:65532::/data:/usr/sbin/nologin' >> /etc/passwd \
 && install -d -o 65532 -g 65532 -m 0700 /data
COPY --from=build /opt/syncd /opt/syncd
ENV PATH=/opt/syncd/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/data \
    XDG_CONFIG_HOME=/etc \
    SYNCD_STATE_DIR=/data
USER 65532:65532
VOLUME /data
# The process is the container's first one: TERM reaches it, and it ends its write.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=30s --start-period=2m CMD ["syncd", "status", "--alive"]
ENTRYPOINT ["syncd"]
CMD ["run"]
