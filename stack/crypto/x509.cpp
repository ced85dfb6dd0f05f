#include "stack/crypto/x509.h"

#include <openssl/pem.h>

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

namespace {

std::string one_line(const X509_NAME* name) {
    ossl::BioPtr bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
    char* text = nullptr;
    long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<size_t>(size < 0 ? 0 : size)};
}

UnixTime unix_time(const ASN1_TIME* time) {
    tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) <= 0) return UnixTime{};
    return UnixTime{std::chrono::seconds{timegm(&parts)}};
}

Bytes der_of(X509& x509) {
    uint8_t* out = nullptr;
    int size = i2d_X509(&x509, &out);
    Bytes der(out, out + (size < 0 ? 0 : size));
    OPENSSL_free(out);
    return der;
}

Error bad_cert(std::string detail, size_t offset = Error::npos) {
    ossl::last_error(Errc::bad_cert, "Certificate");
    return {Errc::bad_cert, "Certificate", offset, std::move(detail)};
}

// The total size of the DER element at the front, from its header; 0 when the header is not of a SEQUENCE.
size_t element_size(ByteView der) {
    if (der.size() < 2 || der[0] != 0x30) return 0;
    if (der[1] < 0x80) return size_t{2} + der[1];
    size_t width = der[1] & 0x7fU;
    if (width == 0 || width > 3 || der.size() < 2 + width) return 0;
    size_t length = 0;
    for (size_t i = 0; i < width; ++i) length = length << 8 | der[2 + i];
    return 2 + width + length;
}

}  // namespace

Result<Certificate> Certificate::parse(ByteView der) {
    const uint8_t* at = der.data();
    auto impl = std::make_shared<Impl>();
    impl->x509.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!impl->x509 || at != der.data() + der.size()) {
        return std::unexpected(bad_cert("is not one DER certificate"));
    }
    impl->der = to_bytes(der);
    EVP_PKEY* key = X509_get0_pubkey(impl->x509.get());
    if (key == nullptr) return std::unexpected(bad_cert("has a public key that cannot be read"));
    auto public_key = std::make_shared<PublicKey::Impl>();
    EVP_PKEY_up_ref(key);
    public_key->key.reset(key);
    public_key->spki = ossl::spki_of(*key);
    impl->public_key = PublicKey(std::move(public_key));
    return Certificate(std::move(impl));
}

ByteView Certificate::der() const { return impl_->der; }
const PublicKey& Certificate::public_key() const { return impl_->public_key; }
std::string Certificate::subject() const { return one_line(X509_get_subject_name(impl_->x509.get())); }
std::string Certificate::issuer() const { return one_line(X509_get_issuer_name(impl_->x509.get())); }
UnixTime Certificate::not_before() const { return unix_time(X509_get0_notBefore(impl_->x509.get())); }
UnixTime Certificate::not_after() const { return unix_time(X509_get0_notAfter(impl_->x509.get())); }
bool Certificate::self_issued() const {
    const X509* x509 = impl_->x509.get();
    return X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0;
}

Result<std::vector<Certificate>> parse_certificates(ByteView der) {
    std::vector<Certificate> chain;
    for (size_t offset = 0; offset < der.size();) {
        size_t size = element_size(der.subspan(offset));
        if (size == 0 || size > der.size() - offset) {
            return std::unexpected(bad_cert("is cut short or no DER sequence", offset));
        }
        if (chain.size() == kMaxChain) return std::unexpected(bad_cert("more certificates than allowed", offset));
        auto parsed = Certificate::parse(der.subspan(offset, size));
        if (!parsed) return std::unexpected(bad_cert(parsed.error().detail, offset));
        chain.push_back(std::move(*parsed));
        offset += size;
    }
    return chain;
}

Result<std::vector<Certificate>> parse_pem_certificates(std::string_view pem) {
    std::vector<Certificate> chain;
    ossl::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    while (chain.size() < kMaxChain) {
        ossl::X509Ptr x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!x509) break;
        chain.push_back(TRY(Certificate::parse(der_of(*x509))));
    }
    ossl::last_error(Errc::bad_cert, "PEM");  // the end of the text is an error to OpenSSL
    if (chain.empty()) return std::unexpected(bad_cert("no PEM certificate found"));
    return chain;
}

}  // namespace assay::crypto
