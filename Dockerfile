# Debian and not Alpine: the query planner's binary needs glibc.
FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json config.ts ./
COPY client client
COPY schema schema
COPY web web
RUN npm run build && npm run build:client

FROM node:24-trixie-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has its own Node; maps are of use to nobody there.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node node_modules/node-linux-* node_modules/.bin/node \
  && find node_modules -name '*.map' -delete

FROM node:24-trixie-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data CONFIG=/etc/erp-supergraph/erp-supergraph.yaml
WORKDIR /app
COPY package.json tsconfig.json config.ts ./
COPY schema schema
COPY subgraphs subgraphs
COPY gateway gateway
COPY client client
COPY --from=build /app/web/dist web/dist
COPY --from=build /app/dist/client dist/client
COPY --from=modules /app/node_modules node_modules
RUN install -d -o 1000 -g 1000 /data
USER 1000:1000
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--import", "./gateway/loader.mjs", "gateway/start.ts"]
