#include "stack/evidence/keys.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <map>
#include <memory>
#include <mutex>

#include "stack/evidence/der.h"

namespace assay::evidence {

namespace {

using crypto::HashAlgo;
using crypto::SignAlgo;

bool is_rsa(SignAlgo algo) { return crypto::signature_size(algo) >= 256; }

// RSA keys are found by chance, so one for each label and size serves both ways of padding.
SignAlgo plain(SignAlgo algo) {
    switch (algo) {
        case SignAlgo::rsapss_2048: return SignAlgo::rsassa_2048;
        case SignAlgo::rsapss_3072: return SignAlgo::rsassa_3072;
        case SignAlgo::rsapss_4096: return SignAlgo::rsassa_4096;
        default: return algo;
    }
}

KeyName plain(const KeyName& name) { return {name.label, plain(name.algo), name.rsa_bits}; }

using Pkey = std::shared_ptr<EVP_PKEY>;

// RSA with a salt as long as the digest where it is PSS; empty when OpenSSL does not sign.
Bytes sign_rsa(const Pkey& pkey, int padding, const EVP_MD* digest, ByteView message) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* parameters = nullptr;
    Bytes signature(static_cast<size_t>(EVP_PKEY_get_size(pkey.get())));
    size_t size = signature.size();
    const bool made =
        EVP_DigestSignInit(context.get(), &parameters, digest, nullptr, pkey.get()) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(parameters, padding) == 1 &&
        (padding != RSA_PKCS1_PSS_PADDING ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1) &&
        EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1;
    return made ? signature : Bytes{};
}

const EVP_MD* evp(HashAlgo hash) {
    switch (hash) {
        case HashAlgo::sha256: return EVP_sha256();
        case HashAlgo::sha512: return EVP_sha512();
        default: return EVP_sha384();
    }
}

// As the rest of the project reads keys; not valid when OpenSSL gave none.
crypto::PrivateKey readable(const Pkey& pkey) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    if (pkey == nullptr || bio == nullptr) return {};
    PEM_write_bio_PrivateKey(bio.get(), pkey.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return crypto::PrivateKey::from_pem({text, static_cast<size_t>(size)}).value_or(crypto::PrivateKey());
}

class Keyring {
   public:
    crypto::PrivateKey key(const KeyName& name) {
        const std::scoped_lock lock(mutex_);
        const KeyName known = plain(name);
        crypto::PrivateKey& found = keys_[known];
        if (!found.valid()) {
            found = is_rsa(name.algo) ? readable(rsa(known))
                                      : crypto::PrivateKey::derive(name.algo, as_bytes(name.label))
                                            .value_or(crypto::PrivateKey());
        }
        return found;
    }

    // What OpenSSL has of an RSA key.
    Pkey rsa_key(const KeyName& name) {
        const std::scoped_lock lock(mutex_);
        return rsa(plain(name));
    }

    // The lock is not held while it is signed: at worst two threads sign the same bytes, and one wins.
    Bytes sign(const KeyName& name, HashAlgo hash, ByteView message) {
        const Signed what{name, hash, to_bytes(message)};
        {
            const std::scoped_lock lock(mutex_);
            if (const auto found = kept_.find(what); found != kept_.end()) return found->second;
            if (const auto found = signatures_.find(what); found != signatures_.end()) return found->second;
        }
        Bytes signature = made(name, hash, message);
        const std::scoped_lock lock(mutex_);
        return signatures_.emplace(what, std::move(signature)).first->second;
    }

    void keep_signatures() {
        const std::scoped_lock lock(mutex_);
        kept_.merge(signatures_);
    }
    void forget_signatures() {
        const std::scoped_lock lock(mutex_);
        signatures_.clear();
    }

   private:
    struct Signed {
        KeyName key;
        HashAlgo hash;
        Bytes message;
        auto operator<=>(const Signed&) const = default;
    };

    Bytes made(const KeyName& name, HashAlgo hash, ByteView message) {
        // The project's own signatures are of the sizes that SPDM knows.
        if (name.rsa_bits != 0)
            return sign_rsa(rsa_key(name),
                            plain(name.algo) == name.algo ? RSA_PKCS1_PADDING : RSA_PKCS1_PSS_PADDING,
                            evp(hash), message);
        return crypto::openssl_provider()
            .sign(name.algo, hash, key(name), {.kind = crypto::SignInput::Kind::message, .bytes = message})
            .value_or(Bytes{});
    }

    const Pkey& rsa(const KeyName& name) {
        const auto size = static_cast<unsigned>(8 * crypto::signature_size(name.algo));
        Pkey& found = rsa_[name];
        if (found == nullptr)
            found = Pkey(EVP_RSA_gen(name.rsa_bits == 0 ? size : name.rsa_bits), EVP_PKEY_free);
        return found;
    }

    std::mutex mutex_;
    std::map<KeyName, crypto::PrivateKey> keys_;
    std::map<KeyName, Pkey> rsa_;
    std::map<Signed, Bytes> signatures_, kept_;
};

Keyring& keyring() {
    static Keyring only;
    return only;
}

std::string_view ecdsa_with(HashAlgo hash) {
    switch (hash) {
        case HashAlgo::sha256: return "1.2.840.10045.4.3.2";
        case HashAlgo::sha512: return "1.2.840.10045.4.3.4";
        default: return "1.2.840.10045.4.3.3";
    }
}

std::string_view oid_of(HashAlgo hash) {
    switch (hash) {
        case HashAlgo::sha256: return "2.16.840.1.101.3.4.2.1";
        case HashAlgo::sha512: return "2.16.840.1.101.3.4.2.3";
        default: return "2.16.840.1.101.3.4.2.2";
    }
}

std::string_view rsa_with(HashAlgo hash) {
    switch (hash) {
        case HashAlgo::sha256: return "1.2.840.113549.1.1.11";
        case HashAlgo::sha512: return "1.2.840.113549.1.1.13";
        default: return "1.2.840.113549.1.1.12";
    }
}

Bytes pss_parameters(HashAlgo hash) {
    const Bytes algorithm = der::sequence({der::oid(oid_of(hash)), der::element(der::kNull, {})});
    return der::sequence({der::tagged(0, algorithm),
                          der::tagged(1, der::sequence({der::oid("1.2.840.113549.1.1.8"), algorithm})),
                          der::tagged(2, der::integer(crypto::digest_size(hash)))});
}

}  // namespace

crypto::PrivateKey key(const KeyName& name) { return keyring().key(name); }

Bytes sign(const KeyName& name, HashAlgo hash, ByteView message) {
    return keyring().sign(name, hash, message);
}

void keep_signatures() { keyring().keep_signatures(); }
void forget_signatures() { keyring().forget_signatures(); }

Bytes sign_der(const KeyName& name, HashAlgo hash, ByteView message) {
    Bytes raw = sign(name, hash, message);
    if (is_rsa(name.algo)) return raw;
    const ByteView both(raw);
    return der::sequence(
        {der::integer(both.first(raw.size() / 2)), der::integer(both.subspan(raw.size() / 2))});
}

Bytes signature_algorithm(SignAlgo algo, HashAlgo hash) {
    if (!is_rsa(algo)) return der::sequence({der::oid(ecdsa_with(hash))});
    if (plain(algo) == algo) return der::sequence({der::oid(rsa_with(hash)), der::element(der::kNull, {})});
    return der::sequence({der::oid("1.2.840.113549.1.1.10"), pss_parameters(hash)});
}

Bytes sign_pss_sha1(const KeyName& name, ByteView message) {
    return sign_rsa(keyring().rsa_key(name), RSA_PKCS1_PSS_PADDING, EVP_sha1(), message);
}

Bytes pss_sha1_algorithm() { return der::sequence({der::oid("1.2.840.113549.1.1.10"), der::sequence({})}); }

Bytes digest(HashAlgo hash, ByteView message) {
    const crypto::Digest made = crypto::openssl_provider().digest(hash, message);
    return to_bytes(made.view());
}

Bytes sha1(ByteView message) {
    Bytes out(SHA_DIGEST_LENGTH);
    SHA1(message.data(), message.size(), out.data());
    return out;
}

}  // namespace assay::evidence
