// See accepting.hpp.
#include "system/accepting.hpp"

#include <cerrno>
#include <initializer_list>

namespace mdsync {

bool acceptMaySucceedAgain(int error) {
    for (const int number : {EMFILE, ENFILE, ENOMEM, ENOBUFS, EAGAIN, EINTR, ECONNABORTED, EPROTO, ENETDOWN,
                             ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET, ENOPROTOOPT, EOPNOTSUPP}) {
        if (error == number) return true;
    }
    return false;
}

}  // namespace mdsync
