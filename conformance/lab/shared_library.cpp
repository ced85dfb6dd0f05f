#include "conformance/lab/shared_library.h"

#include <dlfcn.h>

#include "conformance/lab/link_dut.h"

namespace assay::lab {

Result<SharedLibrary> load_library(const std::string& path) {
    // A name without a slash would be searched for among the system's libraries.
    const std::string file = path.contains('/') ? path : "./" + path;
    SharedLibrary library(::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* handle) {
        if (handle != nullptr) ::dlclose(handle);
    });
    if (library != nullptr) return library;
    const char* why = ::dlerror();
    return unusable_library(fmt::format("lib:{}: {}", path, why != nullptr ? why : "no reason was given"));
}

Result<void*> exported(const SharedLibrary& library, const std::string& path, const std::string& function) {
    void* const symbol = ::dlsym(library.get(), function.c_str());
    if (symbol != nullptr) return symbol;
    return unusable_library(fmt::format("lib:{}: it does not export {}()", path, function));
}

Result<const record::Transport*> transport_named(const char* binding, const std::string& target) {
    const std::string name = binding != nullptr ? binding : "";
    if (const auto known = transport::binding_from_name(name)) return &records_over(*known);
    return unusable_library(
        fmt::format("{}: binding() gives \"{}\", which is none of mctp, doe, tcp, none", target, name));
}

std::string library_target(const std::string& path, const std::string& options) {
    return "lib:" + path + (options.empty() ? "" : "?" + options);
}

}  // namespace assay::lab
