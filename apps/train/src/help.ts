import {
  autoencoderNames,
  backendNames,
  classifierNames,
  gameNames,
  lossNames,
  optimizerNames,
  penaltyNames,
} from "./names.ts";

/** What `--help` prints. */
export const help = `Trains a network in the terminal: to read digits, or to make pictures.

  npm start                          a convolutional network reads drawn digits
  npm run train -- --data FOLDER     the same on MNIST's files in FOLDER
  npm run train -- --model vae       a variational autoencoder of drawn digits
  npm run train -- --model sngan     two networks play; one of them comes to draw digits

  --model NAME          reads digits: ${classifierNames.join(" | ")} (default cnn)
                        makes pictures: ${autoencoderNames.join(" | ")}
                        plays: ${gameNames.join(" | ")}
  --data PLACE          digits or faces, which are drawn, or a folder with
                        train-images-idx3-ubyte, train-labels-idx1-ubyte,
                        t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, plain or .gz;
                        for models that make pictures also a folder of PNG and JPEG files
  --targets FOLDER      for pix2pix and cyclegan: what the pictures of --data become; pairs
                        have one name in both folders, cyclegan wants no pairs (drawn
                        pictures bring their own: outlines and pictures, thin and bold)
  --loss NAME           of a game: ${lossNames.slice(0, 4).join(" | ")} |
                        ${lossNames.slice(4).join(" | ")} (default: the model's own)
  --penalty NAME        on the discriminator's slope: ${penaltyNames.join(" | ")}
                        (default: the model's own)
  --examples N          pictures drawn, where they are (default 40000 digits to read,
                        20000 digits or 8000 faces to make)
  --backend NAME        ${backendNames.join(" | ")} (default cpu)
  --optimizer NAME      ${optimizerNames.join(" | ")} (default adam)
  --epochs N            passes over the training data (default 1; 5 to make pictures)
  --batch-size N        examples per step (default 64 to read, 128 to remake, a game's own)
  --learning-rate X     of the first step, falling to 0 at the last (default with adam
                        0.003 to read, 0.002 to remake, a game's own)
  --seed N              of weights, order and drawn pictures (default 0)
  --graph FILE          draw the computation graph of a step to FILE, as SVG, before training
  --samples FILE        write pictures that the model made to FILE, as PNG
  --save FOLDER         keep the whole state in FOLDER: after each epoch, and on Ctrl-C
  --every N             ... every N steps
  --resume FOLDER       go on from the latest state in FOLDER, to the same bits
  --export FILE         write the weights to FILE at the end, as safetensors, which PyTorch loads
  --load FILE           begin with the weights of FILE: safetensors, or PyTorch's .pt
  --run FILE            record the run in FILE: settings, figures, checksums of every tenth step
  --json                print one line of JSON at the end; everything else goes to stderr
  --help                this text

Over weights that --export wrote, or others of the same networks with --model NAME:

  npm run train -- predict --load FILE one.png two.png      tells what digits they show
  npm run train -- sample --load FILE --samples out.png     makes new pictures
  npm run train -- interpolate --load FILE                  ways from one to another
  npm run train -- mix-styles --load FILE                   one picture's styles in others
  npm run train -- project --load FILE one.png              the nearest that it can make
  npm run train -- translate --load FILE [--back] one.png   turns one kind into the other

  npm run train -- verify FILE                              repeats a run of --run and compares

  with --count N pictures, --seed N, --samples FILE, --backend NAME, --json
`;
