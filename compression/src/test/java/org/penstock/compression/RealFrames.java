package org.penstock.compression;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The first frames of the measured data sets, where they are at hand. */
final class RealFrames {
    static final String MISSING = "no real detector data: set PENSTOCK_TEST_DATA to a folder with frames/*.npy.gz";

    private static final Pattern HEADER =
            Pattern.compile("'descr': *'[<|][uif](\\d)'.*'shape': *\\((\\d+), *([\\d, ]*?),? *\\)");

    private RealFrames() {}

    static List<Sample> firstFrames() {
        try (Stream<Path> files = Files.walk(folder(), 2)) {
            return files.filter(file -> file.toString().endsWith(".npy.gz"))
                    .sorted()
                    .map(RealFrames::firstFrame)
                    .toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    private static Path folder() {
        String named = System.getenv("PENSTOCK_TEST_DATA");
        return named != null
                ? Path.of(named)
                : Path.of(Objects.requireNonNullElse(System.getProperty("penstock.root"), ".."), "../shared/data");
    }

    private static Sample firstFrame(Path file) {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 65536))) {
            in.skipNBytes(8);
            int headerBytes = Short.toUnsignedInt(Short.reverseBytes(in.readShort()));
            String header = new String(in.readNBytes(headerBytes), StandardCharsets.US_ASCII);
            Matcher matcher = HEADER.matcher(header);
            if (!matcher.find()) {
                throw new IllegalStateException("not a frame file that this test reads: file=" + file + ", " + header);
            }
            int elementBytes = Integer.parseInt(matcher.group(1));
            int frameBytes = elementBytes;
            for (String extent : matcher.group(3).split(", *", -1)) {
                frameBytes *= Integer.parseInt(extent);
            }
            return new Sample(file.getFileName().toString(), elementBytes, in.readNBytes(frameBytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
