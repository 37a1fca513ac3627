package org.penstock.daemon.sizing;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.penstock.protocol.ElementType;

/**
 * What one detector brings: {@code 4M:u32:500Hz}, {@code 2068x2162:u32:500Hz:13}, {@code 4096:u32:10kHz}.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param text as it was written
 * @param type of one element
 * @param shape of one frame; of megapixels, which nobody has given a shape, one long row
 * @param framesPerSecond at full speed
 * @param ratio uncompressed to stored
 */
public record DetectorLoad(String text, ElementType type, List<Long> shape, double framesPerSecond, double ratio) {
    /** What an option may say. */
    public static final String FORM = "PIXELS:TYPE:RATE[:RATIO], such as 4M:u32:500Hz or 1024x1024:u16:2kHz:7";

    /** Dense frames of a CCD compress by three, sparse ones of a photon counter by ten and more: who knows nothing plans for little. */
    public static final double DEFAULT_RATIO = 4;

    private static final Pattern TEXT = Pattern.compile("(?<pixels>[^:]+):(?<type>[uif]\\d+):"
            + "(?<rate>\\d+(?:\\.\\d+)?)(?<unit>k?Hz)(?::(?<ratio>\\d+(?:\\.\\d+)?))?");
    private static final Pattern MEGA = Pattern.compile("(\\d+(?:\\.\\d+)?)M");
    private static final Pattern SHAPE = Pattern.compile("\\d{1,9}(?:x\\d{1,9}){0,2}");
    private static final Map<String, ElementType> TYPES =
            Arrays.stream(ElementType.values()).collect(Collectors.toMap(DetectorLoad::name, type -> type));
    private static final long MOST_FRAME_BYTES = 1L << 30;
    private static final long MEGAPIXEL = 1L << 20;
    private static final int BITS = 8;

    /**
     * Reads a detector.
     *
     * @throws IllegalArgumentException when it is none; the message says what is expected
     */
    public static DetectorLoad parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(FORM);
        }
        ElementType type = TYPES.get(matcher.group("type"));
        if (type == null) {
            throw new IllegalArgumentException(FORM + "; types are "
                    + String.join(" ", TYPES.keySet().stream().sorted().toList()));
        }
        double rate = Double.parseDouble(matcher.group("rate"))
                * (matcher.group("unit").equals("kHz") ? 1000 : 1);
        String ratio = matcher.group("ratio");
        DetectorLoad load = new DetectorLoad(
                text.strip(),
                type,
                shape(matcher.group("pixels")),
                rate,
                ratio == null ? DEFAULT_RATIO : Double.parseDouble(ratio));
        double bytes = load.shape.stream().mapToDouble(Long::doubleValue).reduce(type.bytes(), (a, b) -> a * b);
        if (bytes < 1 || bytes > MOST_FRAME_BYTES || rate <= 0 || load.ratio < 1) {
            throw new IllegalArgumentException(
                    FORM + "; a frame of at most 1 GiB, a rate above 0, a ratio of 1 or more");
        }
        return load;
    }

    /** As on this command line: by bits. */
    private static String name(ElementType type) {
        return type.wireName().substring(0, 1) + type.bytes() * BITS;
    }

    private static List<Long> shape(String text) {
        Matcher mega = MEGA.matcher(text);
        if (mega.matches()) {
            return List.of(1L, Math.round(Double.parseDouble(mega.group(1)) * MEGAPIXEL));
        }
        if (!SHAPE.matcher(text).matches()) {
            throw new IllegalArgumentException(FORM + "; pixels are 4M, 2068x2162 or 4096");
        }
        return Arrays.stream(text.split("x", -1)).map(Long::valueOf).toList();
    }

    /** Returns the bytes of one frame, uncompressed. */
    public long frameBytes() {
        return shape.stream().reduce((long) type.bytes(), (a, b) -> a * b);
    }

    /** Returns the uncompressed bytes that come in a second. */
    public double bytesPerSecond() {
        return frameBytes() * framesPerSecond;
    }

    /** Returns the bytes that go to the disk in a second. */
    public double storedBytesPerSecond() {
        return bytesPerSecond() / ratio;
    }

    /** Returns what comes over the network, in Gbit/s. */
    double gigabitsPerSecond() {
        return bytesPerSecond() * BITS / 1e9;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: frames of %.3g MB, %.3g MB/s in, %.3g MB/s stored at ratio %.3g",
                text,
                frameBytes() / 1e6,
                bytesPerSecond() / 1e6,
                storedBytesPerSecond() / 1e6,
                ratio);
    }
}
