# shellcheck shell=bash disable=SC2015,SC2154  # sourced with $root set; A && B || give_up is meant as it reads

# What script/mdsync, script/test and .ci/run share: install what is missing, build, and notice quickly that neither is
# needed. Sourced by bash, not run. Everything it prints goes to stderr: stdout belongs to mdsync's results.
#
# Whatever goes wrong here ends with exit code 69 ("unavailable"), which mdsync itself never uses, so that nobody takes a
# failed installation for a verdict.
#
#   MDSYNC_PRESET=NAME     the preset of CMakePresets.json to build, in build/NAME; default: release
#   MDSYNC_NO_INSTALL=1    never call apt: what script/packages lists is there in some other way; 0 or nothing: do

preset=${MDSYNC_PRESET:-release}
[[ $preset =~ ^[a-z][a-z0-9-]*$ ]] || {
    printf 'setup: MDSYNC_PRESET=%s is not the name of a preset\n' "$preset" >&2
    exit 69
}
build=$root/build/$preset
dpkg_status=/var/lib/dpkg/status
export PATH  # bash has one even in an empty environment, but the compiler then would not

say() { printf 'setup: %s\n' "$*" >&2; }

give_up() {
    say "$@"
    exit 69
}

# up_to_date NAME TARGET "SECTION..." PATH...: unless nothing below the paths changed since NAME was last brought up to
# date, install the sections of script/packages and build TARGET. Only one at a time in a build folder; the others wait,
# and then find that nothing is left to do.
up_to_date() {
    local name=$1 target=$2 sections=$3
    local -a paths=("$dpkg_status" "$root/CMakeLists.txt" "$root/CMakePresets.json" "$root/script" "${@:4}")
    local stamp=$build/.current-$name
    is_current && return

    mkdir -p "$build" 2>/dev/null && [[ -w $build ]] ||
        give_up "cannot write to $build: make it writable, or work in a checkout of your own"
    exec 9>"$build/.lock"
    if ! flock --nonblock 9; then
        say "waiting for another build in $build"
        flock 9
        is_current && { exec 9>&- && return; }  # closed, or what runs next would go on holding the lock
    fi
    # shellcheck disable=SC2086  # a list of words
    install_packages $sections
    # The stamp has the time at which the build began, so that what is edited meanwhile counts as newer.
    printf '%s\n' "$root" > "$stamp.new"
    configure
    compile "$target"
    mv "$stamp.new" "$stamp"
    exec 9>&-
}

# Is `stamp` newer than all `paths`? A folder's own time tells of files that came or went, dpkg's of packages. One `find`
# of a few milliseconds, where asking ninja and dpkg takes fifty. A moved or copied checkout has a stamp, but paths of
# the old place in its build files: the stamp names its place.
is_current() {
    local built_in
    { read -r built_in < "$stamp"; } 2>/dev/null && [[ $built_in == "$root" ]] &&
        [[ -z $(find "${paths[@]}" -newer "$stamp" -print -quit 2>/dev/null) ]]
}

# --- packages ---------------------------------------------------------------------------------------------------------

# The packages of the given sections of script/packages, one (with its alternatives) a line.
packages_of() {
    local line section=
    while read -r line; do
        case $line in
            '' | '#'*) ;;
            '['*']') section=${line:1:-1} ;;
            *) [[ " $* " == *" $section "* ]] && printf '%s\n' "$line" ;;
        esac
    done < "$root/script/packages"
}

# Which of the packages of the given sections are not installed; of alternatives, the first.
missing_packages() {
    local wanted installed entry alternative
    wanted=$(packages_of "$@")
    # shellcheck disable=SC2086  # package names have no blanks
    installed=" $(dpkg-query --show --showformat='${Package}=${db:Status-Status} ' ${wanted//|/ } 2>/dev/null) "
    for entry in $wanted; do
        for alternative in ${entry//|/ }; do
            [[ $installed == *" $alternative=installed "* ]] && continue 2
        done
        printf '%s\n' "${entry%%|*}"
    done
}

install_packages() {
    [[ ${MDSYNC_NO_INSTALL:-0} == 0 ]] || return 0
    local -a missing as_root=()
    if ! { command -v dpkg-query && command -v apt-get; } >/dev/null; then
        mapfile -t missing < <(packages_of "$@")
        say "there is no apt here, and mdsync is built with packages of Debian 12: ${missing[*]%%|*}"
        give_up "install what corresponds to them and set MDSYNC_NO_INSTALL=1, or use Debian 12"
    fi
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0

    if ((EUID != 0)); then
        local by_hand="as root: apt-get install --no-install-recommends ${missing[*]}"
        command -v sudo >/dev/null || {
            say "packages are missing, you are not root, and there is no sudo; $by_hand"
            give_up "then run this again"
        }
        as_root=(sudo)
        if ! { : < /dev/tty; } 2>/dev/null; then
            # Nobody is there to type a password.
            as_root=(sudo --non-interactive)
            "${as_root[@]}" true 2>/dev/null || {
                say "packages are missing, and sudo wants a password but has no terminal; $by_hand"
                give_up "then run this again"
            }
        fi
    fi
    say "installing with apt: ${missing[*]}"
    apt_get update || say "apt-get update failed; trying with the lists that are there"
    apt_get install --yes --no-install-recommends --no-remove "${missing[@]}" || explain_refusal
}

# apt_get COMMAND ARGUMENT...: without questions, its output in a file. Uses `as_root` of install_packages.
apt_get() {
    "${as_root[@]}" env "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin" DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get --quiet \
        --option DPkg::Lock::Timeout=300 --option Acquire::Retries=3 "$@" \
        > "$build/apt.log" 2>&1 < /dev/null
}

# apt refused: say why, in its words and, where it would have to remove something, in ours.
explain_refusal() {
    say "apt-get install failed:"
    { grep -E '^(E|Err|W):| : (Depends|Conflicts|Breaks)' "$build/apt.log" || tail -n 15 "$build/apt.log"; } |
        sed 's/^/    /' >&2
    local removals
    removals=$(LC_ALL=C apt-get --simulate --no-install-recommends install "${missing[@]}" 2>/dev/null |
        awk '$1 == "Remv" { print $2 }' | sort -u | tr '\n' ' ')
    [[ -z $removals ]] || say "these packages stand in the way, and are not removed without asking you: $removals"
    say "wanted: ${missing[*]}"
    give_up "the whole output is in $build/apt.log; put it right and run this again"
}

# --- building ---------------------------------------------------------------------------------------------------------

configure() {
    local -a fresh=()
    local cache=$build/CMakeCache.txt
    if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        fresh=(--fresh)
        rm -f "$build/.ninja_deps" "$build/.ninja_log"
    elif [[ -f $build/build.ninja && ! $root/CMakePresets.json -nt $build/build.ninja ]]; then
        return 0  # ninja itself reruns cmake when a CMakeLists.txt changed
    fi
    say "configuring $build"
    # From $root, because cmake looks for presets in the current folder.
    (cd "$root" && cmake --preset "$preset" "${fresh[@]}") > "$build/cmake.log" 2>&1 < /dev/null || {
        sed 's/^/    /' "$build/cmake.log" >&2
        give_up "cmake could not configure the build"
    }
}

compile() {
    local -a quiet=()
    # ccache, where CMakeLists.txt found one, fails without a folder to write to instead of just compiling.
    [[ -n ${CCACHE_DIR:-} || (-d ${HOME:-} && -w ${HOME:-}) ]] || export CCACHE_DISABLE=1
    # The line that ninja redraws is for people; a log needs it only where silence looks like a hang.
    [[ -t 2 || -n ${CI:-} ]] || quiet=(--quiet)
    # -n: only ask, so that an up-to-date tree says nothing.
    say "building $1 in $build"
    ninja -C "$build" "${quiet[@]}" "$1" >&2 < /dev/null || give_up "the build failed"
}
