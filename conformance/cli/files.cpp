#include "conformance/cli/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace assay::cli {

Result<Bytes> read_file(const std::string& path) {
    auto wrong = [&](const char* reason) {
        return fail(Errc::bad_text, "file", Error::npos, fmt::format("cannot read {}: {}", path, reason));
    };
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return wrong("it is a folder");
    std::ifstream file(path, std::ios::binary);
    if (!file) return wrong(std::strerror(errno));
    Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (file.bad()) return wrong("it breaks off");
    return bytes;
}

Result<std::vector<crypto::Certificate>> read_roots(const std::vector<std::string>& paths) {
    std::vector<crypto::Certificate> roots;
    for (const std::string& path : paths) {
        Bytes bytes = TRY(read_file(path));
        std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        auto read = text.find("-----BEGIN") != std::string_view::npos ? crypto::parse_pem_certificates(text)
                                                                      : crypto::parse_certificates(bytes);
        if (!read || read->empty()) {
            return fail(Errc::bad_text, "root", Error::npos,
                        fmt::format("{} holds no certificate: {}", path,
                                    read ? "no PEM block" : read.error().text()));
        }
        roots.insert(roots.end(), read->begin(), read->end());
    }
    return roots;
}

}  // namespace assay::cli
