#include "stack/spdm/session.h"

#include "stack/spdm/algorithms.h"

namespace assay::spdm {

const RecordChecks kResponderRecordChecks{Check::record_length,      Check::record_sequence,
                                          Check::record_limit,       Check::record_tag,
                                          Check::record_application, Check::record_inner};
const RecordChecks kRequesterRecordChecks{Check::answer_record_length,      Check::answer_record_sequence,
                                          Check::answer_record_limit,       Check::answer_record_tag,
                                          Check::answer_record_application, Check::answer_record_inner};

namespace {

ScheduleParameters schedule_parameters(const Parameters& p, SessionKind kind, const Checker& checker) {
    return {.hash = p.suite().hash,
            .aead = aead_algo(p.aead).value_or(crypto::AeadAlgo::aes_256_gcm),
            .version = p.version,
            .kind = kind,
            .version_1_1_labels = checker.has(Defect::labels_of_1_1),
            .zero_psk_salt = checker.has(Defect::psk_salt_zero)};
}

// A planted defect: reads as much as ApplicationDataLength says.
void touch_application(ByteView plaintext) {
    if (plaintext.size() < 2) return;
    const uint8_t* at = plaintext.data();
    volatile uint8_t sink = 0;
    for (size_t left = static_cast<size_t>(at[0] | at[1] << 8); left > 0; --left) {
        sink = static_cast<uint8_t>(sink ^ at[1 + left]);
    }
}

}  // namespace

Session::Session(const crypto::Provider& provider, const SessionSetup& setup, const Parameters& parameters,
                 ByteView vca, const Checker& checker)
    : setup_(setup),
      provider_(&provider),
      hash_(parameters.suite().hash),
      protection_(parameters.both(wire::cap::encrypt) ? record::Protection::encrypt
                                                      : record::Protection::mac_only),
      th_(provider.new_hash(hash_)),
      measured_(provider),
      schedule_(provider, schedule_parameters(parameters, setup.kind, checker)),
      number_first_(checker.has(Defect::sequence_before_tag)),
      number_stays_(checker.has(Defect::sequence_not_advanced)),
      number_unread_(checker.has(Defect::sequence_in_header_unread)),
      restart_number_(!checker.has(Defect::sequence_kept_by_update)),
      keep_old_(checker.has(Defect::old_key_kept)),
      believe_length_(checker.has(Defect::record_application_unchecked)) {
    th_->update(vca);
    measured_.add_vca(vca);
    measured_.begin(hash_, parameters.version);
    if (checker.has(Defect::sequence_big_endian)) setup_.order = record::NonceOrder::big;
}

void Session::add_th_digest(ByteView what) { th_->update(provider_->digest(hash_, what).view()); }

crypto::Digest Session::th_with(std::initializer_list<ByteView> more) const {
    std::unique_ptr<crypto::Hash> th = th_->clone();
    for (ByteView part : more) th->update(part);
    return th->digest();
}

void Session::begin(ByteView shared_secret) {
    schedule_.begin(shared_secret, th().view());
    set_keys();
}

void Session::establish() {
    schedule_.establish(th().view());
    schedule_.forget_finished();
    set_keys();
    phase_ = Phase::application;
}

Session::Keyed Session::keyed(Direction way) const {
    return {schedule_.secret(way).clone(), schedule_.traffic_key(way), 0};
}

void Session::set_keys() {
    for (Direction way : {Direction::request, Direction::response})
        direction(way) = DirectionKeys{keyed(way), std::nullopt, 0};
}

crypto::Digest Session::verify_data(Direction way) const { return schedule_.verify_data(way, th().view()); }

bool Session::verifies(Direction way, ByteView verify_data) const {
    return equal_secret(this->verify_data(way).view(), verify_data);
}

record::SealOptions Session::options(uint64_t sequence) const {
    return {.session_id = setup_.id,
            .sequence = sequence,
            .protection = protection_,
            .order = setup_.order,
            .stated = {}};
}

Result<Bytes> Session::seal(Direction way, ByteView application_data, ByteView random) {
    Keyed& keyed = direction(way).now;
    if (!keyed.key || keyed.next >= setup_.limit) {
        return fail(Errc::out_of_range, "sequence number", Error::npos, "none is left under this key");
    }
    Bytes record = TRY(keyed.key->seal(options(keyed.next), *setup_.transport, application_data, random));
    if (!number_stays_) ++keyed.next;
    return record;
}

Result<Bytes> Session::seal_message(Direction way, ByteView message, ByteView random) {
    if (setup_.transport->spdm_prefix.empty()) return seal(way, message, random);
    return seal(way, record::to_application(*setup_.transport, message), random);
}

bool Session::sequence_matches(const Keyed& keyed, const record::Parsed& record) const {
    size_t bits = size_t{8} * setup_.transport->sequence_size;
    uint64_t low = bits >= 64 ? keyed.next : keyed.next & ((uint64_t{1} << bits) - 1);
    return record.sequence == low;
}

Checked<Bytes> Session::open_by(Keyed& keyed, const record::Parsed& record, const Checker& checker,
                                const RecordChecks& checks) const {
    TRY(checker.demand(checks.sequence, number_unread_ || sequence_matches(keyed, record)));
    TRY(checker.demand(checks.limit, keyed.next < setup_.limit));
    // Without the check of the number its field says which record this claims to be.
    uint64_t number = keyed.next;
    if (checker.waived(checks.sequence) && setup_.transport->sequence_size != 0) number = record.sequence;
    if (number_first_) ++keyed.next;
    Result<Bytes> plaintext = keyed.key->open(options(number), record);
    if (!plaintext && checker.waived(checks.tag))
        plaintext = keyed.key->open_unverified(options(number), record);
    auto opened = TRY(checker.demand_value(checks.tag, std::move(plaintext)));
    if (believe_length_) touch_application(opened);
    auto inside = record::application_data(protection_, opened);
    if (!inside && checker.waived(checks.application)) {
        inside = opened.size() < 2 ? ByteView(opened) : ByteView(opened).subspan(2);
    }
    ByteView data = TRY(checker.demand_value(checks.application, std::move(inside)));
    if (!number_first_ && !number_stays_) ++keyed.next;
    return to_bytes(data);
}

Checked<Bytes> Session::open(Direction way, const record::Parsed& record, const Checker& checker,
                             const RecordChecks& checks) {
    TRY(checker.demand(checks.length, record.complete));
    DirectionKeys& direction = this->direction(way);
    opened_by_old_key_ = false;
    Checked<Bytes> opened = open_by(direction.now, record, checker, checks);
    if (opened || !direction.backup) return opened;
    Checked<Bytes> by_old = open_by(*direction.backup, record, checker, checks);
    if (!by_old) return opened;
    opened_by_old_key_ = true;
    return by_old;
}

Checked<Bytes> Session::open_message(Direction way, const record::Parsed& record, const Checker& checker,
                                     const RecordChecks& checks) {
    Bytes data = TRY(open(way, record, checker, checks));
    std::optional<ByteView> message = record::from_application(*setup_.transport, data);
    TRY(checker.demand(checks.inner, message.has_value()));
    if (!message) return data;
    return to_bytes(*message);
}

void Session::update(Direction way) {
    DirectionKeys& direction = this->direction(way);
    schedule_.update(way);
    Keyed next = keyed(way);
    if (!restart_number_) next.next = direction.now.next;
    direction.backup = std::move(direction.now);
    direction.now = std::move(next);
    ++direction.generation;
}

void Session::confirm(Direction way) {
    if (!keep_old_) direction(way).backup.reset();
}

void Session::roll_back(Direction way) {
    DirectionKeys& direction = this->direction(way);
    if (!direction.backup) return;
    direction.now = std::move(*direction.backup);
    direction.backup.reset();
    schedule_.secret(way) = direction.now.secret.clone();
    --direction.generation;
}

}  // namespace assay::spdm
