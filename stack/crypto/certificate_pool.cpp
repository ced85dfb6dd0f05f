#include "stack/crypto/certificate_pool.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <climits>

#include "stack/crypto/der.h"
#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

bool CertificatePool::ByDer::operator()(ByteView a, const Certificate& b) const {
    return std::ranges::lexicographical_compare(a, b.der());
}
bool CertificatePool::ByDer::operator()(const Certificate& a, ByteView b) const {
    return std::ranges::lexicographical_compare(a.der(), b);
}
bool CertificatePool::ByDer::operator()(const Certificate& a, const Certificate& b) const {
    return operator()(a.der(), b);
}

Result<Certificate> CertificatePool::read(ByteView der) {
    if (const auto known = known_.find(der); known != known_.end()) return *known;
    return *known_.insert(TRY(Certificate::parse(der))).first;
}

Result<std::vector<Certificate>> CertificatePool::read_all(ByteView der) {
    std::vector<Certificate> chain;
    size_t offset = 0;
    do {
        if (chain.size() == kMaxChain) {
            return fail(Errc::bad_cert, "certificates", offset, "too many certificates");
        }
        const ByteView rest = der.subspan(offset);
        Result<size_t> size = der_sequence_size(rest, Errc::bad_cert, "certificates");
        if (!size) return fail(Errc::bad_cert, "certificates", offset, size.error().detail);
        Result<Certificate> certificate = read(rest.first(*size));
        if (!certificate) return fail(Errc::bad_cert, "certificates", offset, certificate.error().text());
        chain.push_back(*std::move(certificate));
        offset += *size;
    } while (offset < der.size());
    return chain;
}

Result<std::vector<Certificate>> CertificatePool::read_pem(std::string_view pem) {
    if (pem.size() > INT_MAX) return fail(Errc::bad_cert, "PEM", 0, "too long");
    ossl::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (bio == nullptr) return ossl::fail_openssl(Errc::internal, "PEM");
    std::vector<Certificate> chain;
    for (;;) {
        char* name = nullptr;
        char* header = nullptr;
        uint8_t* data = nullptr;
        long size = 0;
        const int found = PEM_read_bio(bio.get(), &name, &header, &data, &size);
        ossl::MemoryPtr name_owner(name), header_owner(header), data_owner(data);
        if (found != 1) break;
        if (std::string_view(name) != PEM_STRING_X509) continue;
        if (chain.size() == kMaxChain)
            return fail(Errc::bad_cert, "PEM", Error::npos, "too many certificates");
        chain.push_back(TRY(read({data, static_cast<size_t>(size)})));
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!at_end) return ossl::fail_openssl(Errc::bad_cert, "PEM");
    ERR_clear_error();
    if (chain.empty()) return fail(Errc::bad_cert, "PEM", Error::npos, "no certificate");
    return chain;
}

std::string to_pem(ByteView der) {
    ossl::BioPtr bio(BIO_new(BIO_s_mem()));
    char* text = nullptr;
    if (bio == nullptr ||
        PEM_write_bio(bio.get(), PEM_STRING_X509, "", der.data(), static_cast<long>(der.size())) == 0)
        return {};
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<size_t>(size)};
}

}  // namespace assay::crypto
