#include "stack/transport/endpoint.h"
#include "stack/wire/header.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::transport {

namespace {

constexpr std::string_view kGreeting{"Server Hello!\0", 14};
constexpr uint8_t kPaddingOfADefect = 0xcc;

bool is(const Unit& unit, EmuCommand command) { return unit.command == static_cast<uint32_t>(command); }

// Whether bytes begin as an SPDM request does: a version and a request code.
bool looks_like_spdm(ByteView message) {
    return message.size() >= 2 && wire::version_byte(message) >= 0x10 &&
           wire::version_byte(message) <= 0x1f && wire::is_request(wire::code_of(message));
}

}  // namespace

std::unique_ptr<Deframer> make_deframer(Scheme scheme, Binding binding, FramingFaultConfig faults) {
    if (scheme == Scheme::emu) return std::make_unique<EmuDeframer>(binding, faults);
    return std::make_unique<TcpDeframer>(faults);
}

void UnitEndpoint::log_broken(const Error& error) {
    if (log_) log_(fmt::format("a peer broke the framing: {}", error.text()));
}

std::optional<Bytes> UnitEndpoint::dropped(const Error& error) {
    log_broken(error);
    stuck_ = faults_.has(FramingDefect::stuck_after_bad_frame);
    bool unknown_type = error.field == info(Framing::tcp_type).name;
    if (unknown_type && !faults_.has(FramingDefect::tcp_type_unanswered)) return tcp_notice(kTcpNotSupported);
    return std::nullopt;
}

Payload UnitEndpoint::payload(const Unwrapped& unwrapped) const {
    bool ours = unwrapped.payload == Payload::spdm || unwrapped.payload == Payload::secured;
    if (!ours || !faults_.has(FramingDefect::type_ignored)) return unwrapped.payload;
    return looks_like_spdm(unwrapped.message) ? Payload::spdm : Payload::secured;
}

Bytes UnitEndpoint::wrapped(const Message& message) const {
    Bytes unit = wrap(binding_, message.bytes, message.payload);
    if (binding_ == Binding::doe && faults_.has(FramingDefect::doe_padding_left)) {
        size_t filled = doe_object(0, {}).size() + message.bytes.size();
        std::fill(unit.begin() + static_cast<ptrdiff_t>(filled), unit.end(), kPaddingOfADefect);
    }
    return unit;
}

std::optional<Bytes> UnitEndpoint::take(const Service& service, ByteView unit) {
    if (stuck_) return std::nullopt;
    auto unwrapped = unwrap(binding_, unit, faults_);
    if (!unwrapped) return dropped(unwrapped.error());
    switch (unwrapped->payload) {
        case Payload::spdm:
        case Payload::secured: break;
        case Payload::doe_discovery: {
            Bytes entry = doe_discovery_response(unwrapped->message, faults_);
            if (entry.empty()) return std::nullopt;
            return doe_object(kDoeDiscovery, entry);
        }
        case Payload::tcp_role:
            if (faults_.has(FramingDefect::tcp_role_unanswered)) return std::nullopt;
            return tcp_notice(kTcpNoRequester);
        case Payload::tcp_error: return std::nullopt;
    }
    std::optional<Message> response = service.answer(payload(*unwrapped), unwrapped->message);
    if (!response) return std::nullopt;
    if (response->bytes.size() > max_message(binding_)) {
        if (log_)
            log_(fmt::format("an answer of {} bytes was not sent: {} carries at most {}",
                             response->bytes.size(), name(binding_), max_message(binding_)));
        return std::nullopt;
    }
    return wrapped(*response);
}

std::vector<Bytes> PacketEndpoint::take(const Service& service, ByteView packet) {
    auto made = answers(service, packet);
    if (made) return std::move(*made);
    units_.log_broken(made.error());
    return {};
}

Result<std::vector<Bytes>> PacketEndpoint::answers(const Service& service, ByteView packet) {
    const FramingFaultConfig& faults = units_.faults();
    MctpPacket piece = TRY(parse_mctp_packet(packet, faults));
    const MctpHeader& from = piece.header;
    // Endpoint 0 is the one at the other end of the bus (DSP0236, special endpoint identifiers).
    bool for_us = from.destination == kMctpEndpoint || from.destination == 0;
    TRY(demand(faults, Framing::packet_version, from.version == kMctpHeaderVersion, 0));
    TRY(demand(faults, Framing::packet_destination, for_us, 1));
    TRY(demand(faults, Framing::packet_owner, from.tag_owner, 3));
    auto message = TRY(assembler_.take(piece));
    if (!message) return std::vector<Bytes>{};
    std::optional<Bytes> response = units_.take(service, message->body);
    if (!response) return std::vector<Bytes>{};
    MctpHeader to{.destination = from.source,
                  .source = kMctpEndpoint,
                  .tag_owner = faults.has(FramingDefect::tag_owner_kept),
                  .tag = faults.has(FramingDefect::tag_forgotten) ? uint8_t{0} : from.tag};
    return mctp_packets(to, *response);
}

StreamEndpoint::StreamEndpoint(Scheme scheme, Binding binding, Log log, FramingFaultConfig faults,
                               bool empty_for_silence)
    : scheme_(scheme),
      units_(scheme == Scheme::tcp ? Binding::tcp : binding, std::move(log), faults),
      deframer_(make_deframer(scheme, binding, faults)),
      empty_for_silence_(empty_for_silence && scheme == Scheme::emu) {}

StreamEndpoint::Peer StreamEndpoint::take(const Service& service, ByteView piece, Bytes& answers) {
    if (units_.faults().has(FramingDefect::tcp_read_is_message) && scheme_ == Scheme::tcp) {
        serve(service, Unit{.payload = to_bytes(piece)}, answers);
        return Peer::goes_on;
    }
    deframer_->push(piece);
    while (true) {
        auto unit = deframer_->next();
        if (!unit) {
            units_.log_broken(unit.error());
            return Peer::broken;
        }
        if (!*unit) return Peer::goes_on;
        bool shutdown = is(**unit, EmuCommand::shutdown);
        if (shutdown || is(**unit, EmuCommand::proceed)) {
            answer((*unit)->command, {}, answers);
            return shutdown ? Peer::shut_down : Peer::left;
        }
        serve(service, **unit, answers);
    }
}

void StreamEndpoint::serve(const Service& service, const Unit& unit, Bytes& answers) {
    if (is(unit, EmuCommand::hello)) return answer(unit.command, as_bytes(kGreeting), answers);
    if (is(unit, EmuCommand::key_update) && service.ask_for_key_update) {
        uint32_t session = 0;
        for (size_t i = std::min<size_t>(unit.payload.size(), 4); i-- > 0;)
            session = session << 8 | unit.payload[i];
        service.ask_for_key_update(session);
        return answer(unit.command, {}, answers);
    }
    if (!is(unit, EmuCommand::normal)) {
        if (demand(units_.faults(), Framing::emu_command, false)) return;  // waived: it is passed over
        return answer(static_cast<uint32_t>(EmuCommand::unknown), {}, answers);
    }
    const auto response = units_.take(service, unit.payload);
    if (response || empty_for_silence_) answer(unit.command, response.value_or(Bytes{}), answers);
}

void StreamEndpoint::answer(uint32_t command, ByteView payload, Bytes& answers) const {
    append(answers,
           scheme_ == Scheme::tcp ? to_bytes(payload) : emu_unit(units_.binding(), command, payload));
}

}  // namespace assay::transport
