#include "conformance/cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "stack/base/file.h"
#include "stack/base/secret.h"
#include "stack/spdm/algorithms.h"

namespace assay::cli {

Result<std::vector<crypto::Certificate>> read_roots(const std::vector<std::string>& paths) {
    std::vector<crypto::Certificate> roots;
    for (const std::string& path : paths) {
        Bytes bytes = TRY(read_file(path, kMostText));
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

Result<std::map<crypto::SignAlgo, spdm::Slots>> read_identity(const std::string& chain_path,
                                                              const std::string& key_path) {
    auto wrong = [](std::string why) {
        return fail(Errc::bad_text, "identity", Error::npos, std::move(why));
    };
    if (chain_path.empty() != key_path.empty())
        return fail(Errc::bad_text, "--requester-key", Error::npos,
                    "--requester-chain and --requester-key go together");
    std::map<crypto::SignAlgo, spdm::Slots> identities;
    if (chain_path.empty()) return identities;
    std::vector<crypto::Certificate> chain = TRY(read_roots({chain_path}));
    Bytes pem = TRY(read_file(key_path, kMostText));
    auto key = crypto::PrivateKey::from_pem({reinterpret_cast<const char*>(pem.data()), pem.size()});
    wipe(pem);
    if (!key) return wrong(fmt::format("{} holds no private key: {}", key_path, key.error().text()));
    const crypto::PublicKey& leaf = chain.back().public_key();
    if (!leaf.valid() || !equal(leaf.spki(), key->public_key().spki()))
        return wrong(
            fmt::format("the key in {} is not that of the last certificate in {}", key_path, chain_path));
    spdm::Identity who{to_bytes(chain.front().der()), {}, *key};
    for (const crypto::Certificate& certificate : chain) append(who.certificates, certificate.der());
    for (uint32_t bit = 1; bit != 0 && bit <= spdm::kAllBaseAsym; bit <<= 1) {
        auto algo = spdm::sign_algo(bit & spdm::kAllBaseAsym);
        if (algo && leaf.fits(*algo)) identities[*algo][0] = who;
    }
    return identities;
}

Result<spdm::KeyLog> open_keylog(const std::string& path) {
    constexpr mode_t kOwnerOnly = 0600;
    int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
    // A file that was there before keeps its mode otherwise.
    if (descriptor < 0 || fchmod(descriptor, kOwnerOnly) != 0) {
        int reason = errno;
        if (descriptor >= 0) close(descriptor);
        return fail(Errc::bad_text, "file", Error::npos,
                    fmt::format("cannot write {}: {}", path, std::strerror(reason)));
    }
    std::shared_ptr<FILE> file(fdopen(descriptor, "w"), [](FILE* open) {
        if (open != nullptr) static_cast<void>(std::fclose(open));
    });
    return spdm::KeyLog([file](spdm::SessionKind kind, ByteView secret) {
        fmt::print(file.get(), "{}\n", spdm::keylog_line(kind, secret));
        static_cast<void>(std::fflush(file.get()));
    });
}

Result<report::Secrets> read_secrets(const std::string& path) {
    Bytes bytes = TRY(read_file(path, kMostText));
    auto secrets = report::parse_secrets({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (secrets) return secrets;
    return fail(Errc::bad_text, "file", Error::npos, fmt::format("{}: {}", path, secrets.error().detail));
}

}  // namespace assay::cli
