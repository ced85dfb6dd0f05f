#include "conformance/cli/decoded.h"

#include <fmt/format.h>

#include <array>
#include <ostream>

#include "stack/base/ranges.h"
#include "stack/crypto/x509.h"
#include "stack/wire/annotate.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/json.h"
#include "stack/wire/messages/certificate.h"

namespace assay::cli {

namespace {

using Kind = report::Seen::Kind;
using Json = nlohmann::ordered_json;

constexpr std::string_view kSignatures[] = {"good", "bad", "not checked"};

// ", session fffeffff, record 3"
std::string place(const report::Seen& seen) {
    if (!seen.session) return "";
    return fmt::format(", session {:08x}, record {}", *seen.session, seen.sequence);
}

std::string what(const report::Seen& seen) {
    switch (seen.kind) {
        case Kind::discovery: return seen.request ? "DOE discovery request" : "DOE discovery response";
        case Kind::part: return "a part of an MCTP message";
        case Kind::other: return report::application_name(seen.link, seen.bytes);
        case Kind::sealed: return "a secured message";
        case Kind::application: return report::application_name(seen.link, seen.bytes);
        default: return seen.session ? "a record that cannot be opened" : "no message";
    }
}

// What numbers of the message stand for, where that is a name: enumerators and flags. By path; of a field of
// a nested structure behind the path of the field that holds it.
Json names_of(const wire::Annotation& annotation, wire::Version version) {
    Json names = Json::object();
    std::vector<std::string> paths;  // of the last field at each depth
    for (const wire::Span& span : annotation.spans) {
        using wire::FieldKind;
        paths.resize(span.depth);
        paths.push_back(paths.empty() ? span.path : fmt::format("{}.{}", paths.back(), span.path));
        const bool named = contains(
            std::array{FieldKind::version, FieldKind::code, FieldKind::enumeration, FieldKind::flags},
            span.field.kind);
        if (!span.number || !named) continue;
        if (std::string name = wire::meaning(span, version); !name.empty())
            names[paths.back()] = std::move(name);
    }
    return names;
}

bool has_way(const report::Seen& seen) {
    return seen.kind == Kind::message || seen.kind == Kind::reassembled || seen.kind == Kind::application ||
           seen.kind == Kind::discovery;
}

// The subjects of a chain's certificates, the root side first. Errors: the structure or a certificate cannot
// be read.
Result<std::vector<std::string>> subjects(ByteView chain, const wire::Context& context) {
    const auto structure = TRY(wire::decode_exact<wire::CertChain>(chain, context));
    std::vector<std::string> names;
    for (const crypto::Certificate& one : TRY(crypto::parse_certificates(structure.certificates)))
        names.push_back(one.subject());
    return names;
}

}  // namespace

void Decoded::show(const report::Seen& seen) {
    if (requests_ && has_way(seen) && seen.request != *requests_) return;
    // What comes in chunks is one more thing in a record that was counted.
    records_ += seen.session.has_value() && seen.kind != Kind::reassembled;
    for (const lab::MacCheck& mac : seen.macs) ++macs_[mac.good];
    if (seen.signature) {
        using Result = lab::SignatureCheck::Result;
        bad_signatures_ += seen.signature->result == Result::bad;
        good_signatures_ += seen.signature->result == Result::good;
        unchecked_signatures_ += seen.signature->result == Result::no_key;
    }
    if (seen.kind == Kind::message || seen.kind == Kind::reassembled) return show_message(seen);
    // A packet whose framing is broken needs no secrets to be found so.
    bool refused = seen.kind == Kind::refused;
    refused_ += refused && seen.session.has_value();
    broken_ += refused && !seen.session;
    closed_ += seen.kind == Kind::sealed;
    application_ += seen.kind == Kind::application;
    show_other(seen);
}

void Decoded::show_message(const report::Seen& seen) {
    ByteView message = seen.bytes;
    wire::Annotation annotation = wire::annotate(message, seen.context);
    broken_ += annotation.error.has_value();
    if (json_) {
        Json one = wire::to_json(message, seen.context);
        one["names"] = names_of(annotation, seen.context.version);
        if (seen.session) {
            one["session"] = fmt::format("{:08x}", *seen.session);
            one["record"] = seen.sequence;
        }
        if (seen.kind == Kind::reassembled) one["in_chunks"] = true;
        if (seen.signature) one["signature"] = kSignatures[static_cast<size_t>(seen.signature->result)];
        for (const lab::MacCheck& mac : seen.macs) {
            one["verify_data"].push_back(
                {{"message", wire::message_name(mac.code)}, {"result", mac.good ? "good" : "bad"}});
        }
        if (seen.chain) {
            if (const auto found = subjects(*seen.chain, seen.context)) one["subjects"] = *found;
        }
        messages_.push_back(std::move(one));
        return;
    }
    std::string name = message.size() < 2 ? "no message" : wire::message_name(wire::code_of(message));
    out_ << fmt::format("#{}{} {} ({} bytes, SPDM {}{})\n", seen.packet,
                        seen.kind == Kind::reassembled ? ", put together:" : "", name, message.size(),
                        wire::name(seen.context.version), place(seen));
    out_ << wire::to_text(message, annotation, seen.context.version);
    show_verdicts(seen);
}

void Decoded::show_verdicts(const report::Seen& seen) {
    if (seen.signature) {
        out_ << fmt::format("       signature: {}{}{}\n",
                            kSignatures[static_cast<size_t>(seen.signature->result)],
                            seen.signature->why.empty() ? "" : ": ", seen.signature->why);
    }
    for (const lab::MacCheck& mac : seen.macs) {
        out_ << fmt::format("       verify data of {}: {}\n", wire::message_name(mac.code),
                            mac.good ? "good" : "bad: it is due " + to_hex(mac.due));
    }
    if (seen.chain) show_subjects(*seen.chain, seen.context);
}

void Decoded::show_subjects(ByteView chain, const wire::Context& context) {
    const auto found = subjects(chain, context);
    if (!found) {
        out_ << fmt::format("       the certificates cannot be read: {}\n", found.error().text());
        return;
    }
    for (size_t i = 0; i < found->size(); ++i)
        out_ << fmt::format("       certificate {} of {}: {}\n", i + 1, found->size(), (*found)[i]);
}

void Decoded::show_other(const report::Seen& seen) {
    if (json_) {
        if (!seen.session || !opens_) return show_packet(seen);
        Json one;
        one["name"] = what(seen);
        one["session"] = fmt::format("{:08x}", *seen.session);
        if (seen.kind == Kind::application) one["record"] = seen.sequence;
        if (!seen.why.empty()) one["error"] = seen.why;
        one[seen.kind == Kind::application ? "application_data" : "bytes"] = to_hex(seen.bytes);
        messages_.push_back(std::move(one));
        return;
    }
    std::string where = seen.kind == Kind::application ? place(seen) : "";
    const std::string& more = seen.why.empty() ? seen.says : seen.why;
    out_ << fmt::format("#{} {} ({} bytes{}){}{}\n", seen.packet, what(seen), seen.bytes.size(), where,
                        more.empty() ? "" : ": ", more);
}

// What is broken is not left out of JSON: it counts as a failure.
void Decoded::show_packet(const report::Seen& seen) {
    if (seen.session || seen.kind != Kind::refused) return;
    Json one;
    one["name"] = what(seen);
    one["packet"] = seen.packet;
    one["error"] = seen.why;
    one["bytes"] = to_hex(seen.bytes);
    messages_.push_back(std::move(one));
}

void Decoded::finish() {
    if (json_) {
        out_ << messages_.dump(2) << '\n';
        return;
    }
    if (!opens_) return;
    out_ << fmt::format(
        "{} records: {} not opened, {} refused, {} hold no SPDM message; signatures: {} good, {} bad, {} not "
        "checked; verify data: {} good, {} bad\n",
        records_, closed_, refused_, application_, good_signatures_, bad_signatures_, unchecked_signatures_,
        macs_[1], macs_[0]);
}

size_t Decoded::failures() const {
    size_t failures = broken_ + bad_signatures_ + macs_[0];
    return opens_ ? failures + closed_ + refused_ : failures;
}

}  // namespace assay::cli
