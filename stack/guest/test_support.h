// What the tests of this module share. Never included by anything else.
#pragma once

#include "stack/guest/machine.h"

namespace assay::guest {

// "done", or the name of the check that refused.
template <class T>
std::string_view outcome(const Checked<T>& result) {
    return result ? "done" : info(result.error().check).name;
}

inline const Bytes kInput = to_bytes(as_bytes("recognisable words of a tenant, twice and thrice over"));
// Each byte: exclusive or, then one more.
inline const Bytes kCode = {'x', 0x21, '+', 1};
inline const device::Launch kLaunch{
    .code = 1024, .code_size = 4, .input = 0, .output = 2048, .size = static_cast<uint32_t>(kInput.size())};

}  // namespace assay::guest
