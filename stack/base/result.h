// The result of anything that can fail, and how it failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace assay {

// The class of a failure.
enum class Errc : uint8_t {
    truncated,      // fewer bytes than the structure needs
    trailing,       // more bytes than the structure has
    out_of_range,   // a value beyond its bounds
    inconsistent,   // two fields that contradict each other
    bad_code,       // not the message that was asked for
    unsupported,    // known, but not built or not possible here
    bad_text,       // text that cannot be read (hex, JSON, PEM, URI)
    bad_key,        // key material that cannot be used
    bad_signature,  // a signature or MAC that does not verify
    bad_cert,       // a certificate or chain that is refused
    io,             // the operating system refused (file, socket)
    timeout,        // no answer within the time allowed
    closed,         // the peer is gone
    state,          // not possible in this state
    refused,        // the peer did not do what has to come first
    internal,       // a library call failed that should not
};

// The name of an Errc, as it is spelled above.
std::string_view name(Errc code);

// How something failed: the class, the field or file it concerns, its byte offset (or npos), and a sentence
// for a person. `field` must have static storage.
struct Error {
    static constexpr size_t npos = static_cast<size_t>(-1);

    Errc code = Errc::internal;
    std::string_view field;
    size_t offset = npos;
    std::string detail;

    // One line: "<detail> (<field> at offset <n>)", without the parts that are absent.
    std::string text() const;
};

template <class T = void, class E = Error>
using Result = std::expected<T, E>;

inline std::unexpected<Error> fail(Errc code, std::string_view field, size_t offset = Error::npos,
                                   std::string detail = {}) {
    return std::unexpected(Error{code, field, offset, std::move(detail)});
}

}  // namespace assay

// Evaluates to the value of a Result, or returns its error from the enclosing function.
#define TRY(...)                                                                \
    ({                                                                          \
        auto try_result = (__VA_ARGS__);                                        \
        if (!try_result) return std::unexpected(std::move(try_result).error()); \
        *std::move(try_result);                                                 \
    })
