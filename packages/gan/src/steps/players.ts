/** One thing for each of the two who play. */
export interface Players<Thing> {
  readonly generator: Thing;
  readonly discriminator: Thing;
}
