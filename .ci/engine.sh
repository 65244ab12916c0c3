# A private Docker Engine for CI: its data, its socket and its bridge are its own, and nothing of it stays.
# shellcheck shell=bash

ecr_host=706704660887.dkr.ecr.us-east-1.amazonaws.com
engine=
engine_bridge=ci-docker$$
engine_hosts=

# Installs what is missing; Debian would start an engine of its own, were it not for the run level.
install_packages() {
  local missing=()
  { command -v dockerd && command -v docker; } >/dev/null || missing+=(docker.io)
  command -v aws >/dev/null || missing+=(awscli)
  command -v git >/dev/null || missing+=(git)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v chromium >/dev/null || missing+=(chromium)
  local font
  for font in fonts-noto-color-emoji fonts-liberation fonts-dejavu-core; do
    dpkg -s "$font" >/dev/null 2>&1 || missing+=("$font")
  done
  [ ${#missing[@]} -eq 0 ] && return
  apt-get update -qq
  # BuildKit for clients from 23 on; Debian 12 has no such package, and its older client needs none.
  if [[ " ${missing[*]} " == *" docker.io "* ]] && apt-cache show docker-buildx >/dev/null 2>&1; then
    missing+=(docker-buildx)
  fi
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Starts the engine in the given folder and exports DOCKER_HOST.
start_engine() {
  engine=$1
  mkdir -p "$engine"
  save_network
  ip link add "$engine_bridge" type bridge
  ip addr add "172.31.$((200 + $$ % 50)).1/24" dev "$engine_bridge"
  ip link set "$engine_bridge" up
  export DOCKER_HOST=unix://$engine/docker.sock
  # A folder that is itself an overlay takes no other one.
  if ! start_with overlay2 && ! start_with vfs; then
    tail -20 "$engine/log" >&2
    return 1
  fi
  add_host
}

start_with() {
  dockerd --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/pid" \
    -H "$DOCKER_HOST" --storage-driver "$1" --bridge "$engine_bridge" >"$engine/log" 2>&1 &
  local pid=$!
  for _ in $(seq 150); do
    docker version >/dev/null 2>&1 && return
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.2
  done
  end_process "$pid"
  return 1
}

# ECR's own host name leads to the sandbox's registry on loopback.
add_host() {
  grep -qF "$ecr_host" /etc/hosts && return
  echo "127.0.0.3 $ecr_host" >>/etc/hosts
  engine_hosts=added
}

stop_engine() {
  if [ -n "$engine_hosts" ]; then
    # The file may be a mount, which can be written but not replaced.
    local others
    others=$(grep -vF "127.0.0.3 $ecr_host" /etc/hosts)
    echo "$others" >/etc/hosts
  fi
  [ -n "$engine" ] || return 0
  [ ! -f "$engine/pid" ] || end_process "$(cat "$engine/pid")"
  local mount
  for mount in $(awk -v folder="$engine/" 'index($2, folder) == 1 {print $2}' /proc/mounts | sort -r); do
    umount -l "$mount"
  done
  restore_network
  ip link del "$engine_bridge" 2>/dev/null
}

# What the engine changes of the machine's network beside its bridge, and leaves changed when it ends.
save_network() {
  cat /proc/sys/net/ipv4/ip_forward >"$engine/forward"
  local program table
  for program in iptables ip6tables; do
    for table in filter nat; do "$program-save" -t "$table" || true; done >"$engine/$program" 2>/dev/null
  done
}

# Where another engine had its chains before, only the rules of our bridge go: the others may have changed since.
restore_network() {
  remove_rules
  if [ ! -f "$engine/iptables" ] || grep -q '^:DOCKER' "$engine/iptables"; then return; fi
  cat "$engine/forward" >/proc/sys/net/ipv4/ip_forward
  local program
  for program in iptables ip6tables; do
    [ ! -s "$engine/$program" ] || "$program-restore" <"$engine/$program"
  done
}

remove_rules() {
  local table rule
  for table in nat filter; do
    iptables-save -t "$table" 2>/dev/null | grep -E -- "-[io] $engine_bridge " | while read -r rule; do
      # shellcheck disable=SC2086
      iptables -t "$table" ${rule/#-A/-D}
    done
  done
}

# Ends a process, first kindly.
end_process() {
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 150); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.2
  done
  kill -9 "$1" 2>/dev/null
}
