// Every message by its code, for code that does not know beforehand which message it has.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "stack/wire/decode.h"
#include "stack/wire/requests.h"

namespace assay::wire {

// One message.
struct MessageInfo {
    Code code{};
    std::string_view name{};  // as in DSP0274, e.g. "GET_VERSION"
    Version since = Version::v1_0;
    Make* make = nullptr;
};

// Every message, requests and responses, by ascending code.
std::span<const MessageInfo> messages();

// The message with a code or a name; null when there is none. The version is not looked at.
const MessageInfo* message_info(Code code);
const MessageInfo* message_info(std::string_view name);
// The name, or "0x.." for a code that no version has.
std::string message_name(Code code);

// An empty structure of that kind; `bytes` determines which message is in a Nested::message, and null is
// returned when it is none.
std::unique_ptr<Described> make_nested(Nested structure, ByteView bytes);
std::string_view name(Nested structure);

// Decodes the message that the second byte names. Errors: those of decode(), and Errc::bad_code on
// RequestResponseCode for a message that `context.version` does not have.
Result<std::unique_ptr<Described>> decode_any(ByteView bytes, const Context& context, size_t* used = nullptr);

// The bytes that a message takes, without what a transport put behind it; all of them when it cannot be
// decoded.
ByteView exact(ByteView message, const Context& context);

// What encode() and encode_raw() do.
Result<Bytes> encode_any(Described& message, const Context& context);
Bytes encode_any_raw(Described& message, const Context& context);

}  // namespace assay::wire
