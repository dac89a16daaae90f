// The larger tables of English texts: problems, health questions, advice.

import type { AdviceId } from '../lib/check/advice'
import type { GroupId, QuestionId } from '../lib/check/screening'
import type { ProblemId } from '../lib/problems'
import type { Severity } from '../lib/protocol'

export interface ProblemWords {
  title: string
  text: string
  steps: string[]
}

export const problems: Record<ProblemId, ProblemWords> = {
  insecure: {
    title: 'The camera needs a safe address',
    text: 'Browsers give the camera only to pages over https, or on this same computer.',
    steps: ['Open this page with an address that begins with https://', 'On the computer that runs Rollwell, open http://localhost instead.'],
  },
  unsupported: {
    title: 'This browser cannot show Rollwell',
    text: 'It has no access to cameras, or it is too old.',
    steps: ['Use a current Chrome, Edge, Firefox or Safari.', 'Inside another app, choose “Open in browser” first.'],
  },
  refused: {
    title: 'The camera is not allowed',
    text: 'Rollwell sees you through the camera, so it cannot begin without it.',
    steps: ['Press the camera or lock sign beside the address, and allow the camera.', 'On a phone, look into the settings of the browser app as well.', 'Then try again.'],
  },
  none: {
    title: 'No camera found',
    text: 'This device has no camera, or the chosen one is not there any more.',
    steps: ['Plug in a webcam, or open this page on a phone.', 'Then try again.'],
  },
  busy: {
    title: 'The camera is in use',
    text: 'Another program holds it at the moment.',
    steps: ['Close video calls and other pages that use the camera.', 'Then try again.'],
  },
  other: {
    title: 'The camera does not start',
    text: 'The browser gave no reason that we know.',
    steps: ['Unplug the camera and plug it in again, or restart the browser.', 'Then try again.'],
  },
  camera_ended: {
    title: 'The camera has stopped',
    text: 'It was unplugged, or another program took it. Your progress is kept for a minute.',
    steps: ['Plug it in again, or close the other program.', 'Then try again.'],
  },
  unreachable: {
    title: 'The server does not answer',
    text: 'The page is here, but the server that does the checking cannot be reached.',
    steps: ['Look whether this device is online.', 'If you run Rollwell yourself, look whether it is still running.'],
  },
  full: {
    title: 'All places are taken',
    text: 'The server checks as many people as it can check well. A place will be free soon.',
    steps: ['Leave this page open: it tries again by itself.'],
  },
  ended: {
    title: 'The check has been ended by the server',
    text: 'Nothing that you did wrong.',
    steps: ['Start again. If it happens again, tell whoever runs this server.'],
  },
  gone: {
    title: 'This check is over',
    text: 'The connection was away for too long, and the server has forgotten the check. Nothing of it is stored.',
    steps: ['Start again.'],
  },
  failed: {
    title: 'That did not work',
    text: 'Something went wrong between this page and the server.',
    steps: ['Try again. If it happens again, load the page anew.'],
  },
}

export const questions: Record<QuestionId, string> = {
  cauda_equina: 'New trouble with bladder or bowel, numbness between the legs, a weak leg or a foot that drops',
  chest_pain: 'Chest pain together with the back pain',
  fracture: 'A broken bone, a bad fall or accident, or an operation on the spine, not long ago',
  osteoporosis: 'Osteoporosis, cortisone for a long time, or over 50 and even a small fall or knock',
  spine_condition: 'A slipped disc, narrowed spine, slipped vertebra, severe scoliosis or very loose joints',
  radiating: 'Numbness, tingling or pain that runs below the elbow or knee, or growing weakness',
  night_pain: 'Pain that gets worse lying down, or is severe at night',
  cancer: 'Cancer now or before, or weight loss without a reason',
  infection: 'Fever or chills, a recent infection, a weak immune system, or drugs by needle',
  inflammation: 'An inflammation at the moment, a flare of arthritis, or ankylosing spondylitis',
  clot: 'A blood clot (thrombosis) now or not long ago, or a swollen calf without a reason',
  bleeding: 'Blood thinners, or a bleeding disorder',
  heart: 'High blood pressure that is not under control, heart or lungs that limit exercise, dizziness lying flat',
  skin: 'An open wound, skin infection, burn or bruise on the back',
  implant: 'Metal, another implant or a pacemaker where the roller would go',
  pregnancy: 'Pregnancy',
}

export const groups: Record<GroupId, string> = {
  emergency: 'Needs help now',
  bones: 'Bones and spine',
  nerves: 'Nerves and pain',
  illness: 'Illness',
  circulation: 'Blood, heart, lungs',
  body: 'Skin and more',
}

export const advice: Record<AdviceId, { title: string; text: string }> = {
  pain: { title: 'Let the pain settle first', text: 'Up to 3 of 10 is fine, 4 or 5 has to be gone by tomorrow. Next time press less: a softer roller, or more weight on your feet.' },
  roller_too_low: { title: 'Stay above the lower ribs', text: 'Turn round when the roller reaches the bottom of the rib cage. The lower back has no ribs to bear the load. When it is stiff, roll the hips and buttocks instead.' },
  roller_too_high: { title: 'Turn round at the top of the shoulders', text: 'The neck is not for rolling. Stop when the roller reaches the top of the shoulder blades.' },
  head: { title: 'Carry your head', text: 'Lay it back into your hands, in line with your back: not pulled to the chest, not hanging.' },
  hips_not_lifted: { title: 'Lift your hips while you roll', text: 'A few inches: press into your feet. It brings your weight onto the roller.' },
  hips_too_high: { title: 'Keep your hips below your shoulders', text: 'Higher than that the lower back arches.' },
  legs: { title: 'Bend your knees, feet flat', text: 'Your feet steer the movement and carry part of the weight.' },
  arms: { title: 'Cross your arms on your chest', text: 'It takes the shoulder blades out of the way of the roller.' },
  square: { title: 'Lay the roller straight across', text: 'A skewed roller presses on one side more, and runs off.' },
  one_sided: { title: 'Lean to a side only a little', text: '10 to 30 degrees reach other fibres. More takes you off the roller.' },
  pace: { title: 'Go slower', text: 'One to two inches a second, two to four seconds for a stroke. The muscle needs the time to ease.' },
  not_seen: { title: 'Set up the camera once more', text: 'Part of the time you or the roller could not be seen. Two to three metres to your side, at knee height, the end of the roller in view.' },
  too_short: { title: 'Roll a little longer', text: '30 to 60 seconds before training, one to two minutes after it.' },
  no_hold: { title: 'Stay on a tender spot', text: '20 to 30 seconds until it eases, with deep breaths. Then move on.' },
  good: { title: 'Keep it like this', text: 'Often and gently does more than seldom and hard.' },
}

export const severities: Record<Severity, string> = {
  safety: 'Safety',
  setup: 'Camera',
  technique: 'Technique',
  pace: 'Pace',
  praise: 'Well done',
}
