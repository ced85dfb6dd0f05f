#include "conformance/report/replay.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/ranges.h"
#include "stack/transport/binding.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::report {

namespace {

using Opened = lab::ObservedRecord::Result;

const record::Transport& transport_of(LinkType link) {
    switch (link) {
        case LinkType::mctp: return record::mctp();
        case LinkType::pci_doe: return record::doe();
        case LinkType::tcp: return record::tcp();
        case LinkType::none: break;
    }
    return record::none();
}

class Replay {
   public:
    Replay(const Secrets& secrets, LinkType link, const std::function<void(const Seen&)>& show)
        : secrets_(secrets), link_(link), show_(show), observer_(crypto::openssl_provider()) {
        observer_.set_transport(transport_of(link));
        observer_.set_secrets([this](spdm::SessionKind kind, ByteView, ByteView) { return secret(kind); });
    }

    void take(const Packet& packet) {
        ++packet_;
        auto taken = link_layer_.take(packet);
        if (!taken) return plainly(Seen::Kind::refused, packet.bytes, taken.error().text());
        if (!*taken) return plainly(Seen::Kind::part, packet.bytes, {});
        const Carried& inner = **taken;
        switch (inner.kind) {
            case Carried::Kind::spdm: return message(inner.message);
            case Carried::Kind::secured: return record(inner.message);
            case Carried::Kind::discovery: return discovery(packet.bytes, inner.message);
            case Carried::Kind::other: return plainly(Seen::Kind::other, inner.message, {});
        }
    }

    void end() {
        if (link_layer_.unfinished() == 0) return;
        plainly(Seen::Kind::refused, {},
                fmt::format("the capture ends within {} MCTP message(s)", link_layer_.unfinished()));
    }

   private:
    std::vector<Bytes> secret(spdm::SessionKind kind) {
        if (kind == spdm::SessionKind::psk) return secrets_.pre_shared;
        if (exchanges_ >= secrets_.shared.size()) return {};
        return {secrets_.shared[exchanges_++]};
    }

    void plainly(Seen::Kind kind, ByteView bytes, std::string why) {
        show_({.kind = kind,
               .packet = packet_ - 1,
               .link = link_,
               .bytes = to_bytes(bytes),
               .why = std::move(why)});
    }

    // A response follows its request; the same request again is that.
    void discovery(ByteView packet, const Bytes& object) {
        bool request = !discovery_ || *discovery_ == object;
        Seen seen{.kind = Seen::Kind::discovery,
                  .packet = packet_ - 1,
                  .link = link_,
                  .bytes = to_bytes(packet),
                  .request = request};
        discovery_ = request ? std::optional(object) : std::nullopt;
        if (object.size() < transport::kDoeDiscoverySize) {
            seen.kind = Seen::Kind::refused;
            seen.why = "a discovery object without its fields";
        } else {
            seen.says = request ? fmt::format("index {}, version {}", object[0], object[1])
                                : fmt::format("vendor {:02x}{:02x}h, data object type {:02x}h, next index {}",
                                              object[1], object[0], object[2], object[3]);
        }
        show_(seen);
    }

    void message(ByteView bytes) {
        Seen seen{.packet = packet_ - 1, .link = link_, .bytes = to_bytes(bytes)};
        seen.request = bytes.size() > 1 && wire::is_request(wire::code_of(bytes));
        if (seen.request) {
            seen.context = observer_.request_context(bytes);
            observer_.request(bytes);
        } else {
            seen.context = observer_.expected_response_context();
            observer_.response(bytes);
        }
        awaiting_ = seen.request;
        finish(std::move(seen));
    }

    // A capture does not say which way a record goes, but its keys do: the likely way is tried first.
    void record(ByteView bytes) {
        Seen seen{.packet = packet_ - 1, .link = link_};
        for (bool request : {!awaiting_, awaiting_}) {
            seen.request = request;
            seen.context = observer_.expected_response_context();
            auto message = request ? observer_.request_record(bytes) : observer_.response_record(bytes);
            const lab::ObservedRecord& record = observer_.last_record();
            seen.session = record.session;
            seen.sequence = record.sequence;
            seen.why = record.why;
            if (message) {
                seen.bytes = std::move(*message);
                if (request) seen.context = observer_.request_context(seen.bytes);
                awaiting_ = request;
                return finish(std::move(seen));
            }
            if (record.result == Opened::application) {
                seen.kind = Seen::Kind::application;
                seen.bytes = record.application_data;
                awaiting_ = request;
                return show_(seen);
            }
        }
        bool unknown = observer_.last_record().result == Opened::no_session;
        seen.kind = unknown ? Seen::Kind::sealed : Seen::Kind::refused;
        seen.bytes = to_bytes(bytes);
        show_(seen);
    }

    // Verdicts come with what they are about: a signature in a large message is not that of the chunk.
    void finish(Seen seen) {
        std::vector<Seen> all{std::move(seen)};
        for (const lab::Reassembled& large : observer_.last_reassembled()) {
            Seen one = all.front();
            one.kind = Seen::Kind::reassembled;
            one.request = large.request;
            one.bytes = large.message;
            one.context = large.context;
            all.push_back(std::move(one));
        }
        all.back().signature = observer_.last_signature();
        all.back().macs = observer_.last_macs();
        all.back().chain = observer_.last_chain();
        for (const Seen& one : all) show_(one);
    }

    const Secrets& secrets_;
    LinkType link_;
    const std::function<void(const Seen&)>& show_;
    lab::Observer observer_;
    LinkLayer link_layer_;
    std::optional<Bytes> discovery_{};  // the request that was not answered yet
    size_t packet_ = 0;
    size_t exchanges_ = 0;   // that took a shared secret
    bool awaiting_ = false;  // a request has not been answered
};

}  // namespace

Result<Secrets> parse_secrets(std::string_view text) {
    constexpr std::string_view kShared = "[DHE Secret]: ", kPreShared = "[PSK]: ";
    Secrets secrets;
    for (size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        bool shared = line.starts_with(kShared);
        Bytes secret;
        if (shared || line.starts_with(kPreShared)) {
            secret = from_hex(line.substr(shared ? kShared.size() : kPreShared.size())).value_or(Bytes{});
        }
        if (secret.empty()) {
            return fail(Errc::bad_text, "secrets", Error::npos,
                        fmt::format("line {} is neither '[DHE Secret]: hex' nor '[PSK]: hex'", number));
        }
        // A pre-shared key may stand there once for each use.
        if (shared) {
            secrets.shared.push_back(std::move(secret));
        } else if (!contains(secrets.pre_shared, secret)) {
            secrets.pre_shared.push_back(std::move(secret));
        }
    }
    return secrets;
}

void replay(std::span<const Packet> packets, const Secrets& secrets,
            const std::function<void(const Seen&)>& show) {
    if (packets.empty()) return;
    Replay replay(secrets, packets.front().link, show);
    for (const Packet& packet : packets) replay.take(packet);
    replay.end();
}

std::string application_name(LinkType link, ByteView application_data) {
    if (link != LinkType::mctp || application_data.empty()) return "application data";
    // DSP0239, MCTP message types.
    constexpr std::pair<uint8_t, std::string_view> kTypes[] = {
        {0x00, "MCTP control"}, {0x01, "PLDM"},         {0x02, "NC-SI"},       {0x03, "Ethernet"},
        {0x04, "NVMe-MI"},      {0x06, "secured MCTP"}, {0x7e, "vendor, PCI"}, {0x7f, "vendor, IANA"}};
    auto known = std::ranges::find(kTypes, application_data[0], &std::pair<uint8_t, std::string_view>::first);
    std::string_view name = known == std::end(kTypes) ? "not known" : known->second;
    return fmt::format("MCTP type {:02x}h ({})", application_data[0], name);
}

}  // namespace assay::report
