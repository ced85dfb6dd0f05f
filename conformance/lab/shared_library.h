// A shared library that exports one of the tables of assay_dut.h.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "conformance/lab/assay_dut.h"
#include "stack/base/result.h"
#include "stack/record/record.h"

namespace assay::lab {

// Stays loaded for as long as a copy is held.
using SharedLibrary = std::shared_ptr<void>;

inline std::unexpected<Error> unusable_library(std::string why) {
    return fail(Errc::io, "target", Error::npos, std::move(why));
}

// Errors: Errc::io with one line for the user; as are those of the others here.
Result<SharedLibrary> load_library(const std::string& path);
// The address of a function that it exports.
Result<void*> exported(const SharedLibrary& library, const std::string& path, const std::string& function);

// The table of a library, which lives as long as the library. Api: assay_dut_api and the like.
template <class Api>
Result<const Api*> table_of(const SharedLibrary& library, const std::string& path,
                            const std::string& function) {
    void* const symbol = TRY(exported(library, path, function));
    return reinterpret_cast<const Api* (*)()>(symbol)();
}

// Refuses a table of another version.
template <class Api>
Result<> check_version(const Api* api, const std::string& target) {
    if (api != nullptr && api->version == ASSAY_DUT_VERSION) return {};
    return unusable_library(fmt::format("{}: it was made for version {} of assay_dut.h; this is {}", target,
                                        api == nullptr ? 0 : api->version, ASSAY_DUT_VERSION));
}

// How the records of a library are carried whose binding() gives that name.
Result<const record::Transport*> transport_named(const char* binding, const std::string& target);

// "lib:PATH?OPTIONS".
std::string library_target(const std::string& path, const std::string& options);

}  // namespace assay::lab
