// Certificates that were read already: one that is known by all its bytes is not read again.
#pragma once

#include <set>

#include "stack/crypto/x509.h"

namespace assay::crypto {

// Not thread-safe.
class CertificatePool {
   public:
    // As Certificate::parse; what can be read is known from then on.
    Result<Certificate> read(ByteView der);
    // As parse_certificates and parse_pem_certificates.
    Result<std::vector<Certificate>> read_all(ByteView der);
    Result<std::vector<Certificate>> read_pem(std::string_view pem);

    void add(const Certificate& certificate) { known_.insert(certificate); }

   private:
    struct ByDer {
        using is_transparent = void;
        bool operator()(const Certificate& a, const Certificate& b) const;
        bool operator()(const Certificate& a, ByteView b) const;
        bool operator()(ByteView a, const Certificate& b) const;
    };
    std::set<Certificate, ByDer> known_;
};

}  // namespace assay::crypto
