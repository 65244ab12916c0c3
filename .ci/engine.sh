# A private Docker Engine for CI: its data, socket and bridge are its own, and nothing of it stays.
# shellcheck shell=bash

ecr_host=706704660887.dkr.ecr.us-east-1.amazonaws.com
engine_folder=
engine_hosts=

install_packages() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v docker >/dev/null || missing+=(docker.io)
  command -v aws >/dev/null || missing+=(awscli)
  command -v git >/dev/null || missing+=(git)
  command -v ip >/dev/null || missing+=(iproute2)
  [ ${#missing[@]} -eq 0 ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Starts the engine and exports DOCKER_HOST; ECR's own host name leads to the sandbox's registry on loopback.
start_engine() {
  engine_folder=$1/engine
  mkdir -p "$engine_folder"
  ip link add ci-docker type bridge 2>/dev/null || true
  ip addr add 172.31.250.1/24 dev ci-docker 2>/dev/null || true
  ip link set ci-docker up
  local driver
  for driver in overlay2 vfs; do
    dockerd --data-root "$engine_folder/data" --exec-root "$engine_folder/exec" --pidfile "$engine_folder/pid" \
      -H "unix://$engine_folder/docker.sock" --storage-driver "$driver" --bridge ci-docker \
      >"$engine_folder/log" 2>&1 &
    export DOCKER_HOST=unix://$engine_folder/docker.sock
    for _ in $(seq 100); do
      if docker version >/dev/null 2>&1; then
        add_host
        return
      fi
      kill -0 $! 2>/dev/null || break
      sleep 0.2
    done
  done
  tail -20 "$engine_folder/log" >&2
  return 1
}

add_host() {
  grep -q "$ecr_host" /etc/hosts && return
  echo "127.0.0.3 $ecr_host" >>/etc/hosts
  engine_hosts=added
}

stop_engine() {
  if [ -n "$engine_hosts" ]; then
    local hosts
    hosts=$(grep -v "$ecr_host" /etc/hosts || true)
    printf '%s\n' "$hosts" >/etc/hosts
  fi
  [ -n "$engine_folder" ] || return 0
  if [ -f "$engine_folder/pid" ]; then
    local pid
    pid=$(cat "$engine_folder/pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.2
    done
  fi
  umount "$engine_folder/exec/netns/default" 2>/dev/null || true
  ip link del ci-docker 2>/dev/null || true
}
