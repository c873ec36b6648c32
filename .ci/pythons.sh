# Sourced by the scripts here.

# Print the interpreter of a minor version, from PATH or pyenv, that can make environments and compile extensions.
find_python() {
    local candidate test="
import ensurepip, os, sys, sysconfig
assert sys.version_info[:2] == (3, $1) and os.path.exists(sysconfig.get_path('include') + '/Python.h')
print(sys.executable)"
    for candidate in "$(command -v "python3.$1" || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"3.$1".*/bin/python3; do
        if [ -x "$candidate" ] && "$candidate" -c "$test" 2> /dev/null; then
            return 0
        fi
    done
    return 1
}
