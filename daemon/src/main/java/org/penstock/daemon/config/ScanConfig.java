package org.penstock.daemon.config;

import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a scan is called when a client does not say, and how long it waits.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param proposal null = see {@link #proposalOn}
 * @param beamline short name
 * @param session null = see {@link #sessionOn}
 * @param sample name
 * @param dataset name
 * @param title free text
 * @param instrument null = see {@link #instrumentName}
 * @param template layout of scan masters: the name of a built-in one, or a file
 * @param idleTimeout after which a scan without its streams, or without their detectors, ends as incomplete
 * @param resumeWindow how long a stream waits for a detector that lost its last connection
 */
public record ScanConfig(
        @Reloadable @Nullable String proposal,
        @Reloadable String beamline,
        @Reloadable @Nullable String session,
        @Reloadable String sample,
        @Reloadable String dataset,
        @Reloadable String title,
        @Reloadable @Nullable String instrument,
        String template,
        @Reloadable Duration idleTimeout,
        @Reloadable Duration resumeWindow) {

    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyMM", Locale.ROOT);

    /** @throws ConfigurationException with every value that is refused */
    public ScanConfig {
        new SectionCheck("scan")
                .name("proposal", proposal)
                .name("beamline", beamline)
                .name("session", session)
                .name("sample", sample)
                .name("dataset", dataset)
                .that(!title.isBlank() && title.length() <= 1024, "title", "1 to 1024 characters", title)
                .name("instrument", instrument)
                .that(!template.isBlank(), "template", "esrf, nxscan or a YAML file", template)
                .time("idle_timeout", idleTimeout, Duration.ofMillis(1), Duration.ofHours(24))
                .time("resume_window", resumeWindow, Duration.ZERO, Duration.ofHours(24))
                .refuseProblems();
    }

    /** Returns the proposal of that day: the one set, or the beamline's in-house one of the month, {@code id002609}. */
    public String proposalOn(LocalDate day) {
        return proposal == null ? beamline + MONTH.format(day) : proposal;
    }

    /** Returns the session of that day: the one set, or the first day of the month, {@code 20260901}. */
    public String sessionOn(LocalDate day) {
        return session == null ? DateTimeFormatter.BASIC_ISO_DATE.format(day.withDayOfMonth(1)) : session;
    }

    /** Returns the name of the NXinstrument: the one set, or as BLISS names it, {@code ESRF-ID00}. */
    public String instrumentName() {
        return instrument == null ? "ESRF-" + beamline.toUpperCase(Locale.ROOT) : instrument;
    }
}
